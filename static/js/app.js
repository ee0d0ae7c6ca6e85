// What every page loads. Only this file is linked; the others are imported by their plain names, so that each
// exists once however many modules use it.
import "./timers.js";
import "./dialogs.js";
import "./menus.js";
import "./toasts.js";
import "./keys.js";
import "./drafts.js";
import "./tabs.js";
import "./tables.js";
import "./combobox.js";
import "./htmx-setup.js";
import "./panels.js";
import "./keep-open.js";
import "./answers.js";
import "./form-drafts.js";
