// Reading aloud, with the browser's own voice, and the sounds a menu plays.

const KEY = "phone.aloud";

export class Voice {
  constructor(button) {
    this.button = button;
    this.on = localStorage.getItem(KEY) === "yes";
    this.sound = null;
    button.addEventListener("click", () => this.toggle());
    this.show();
  }

  toggle() {
    this.on = !this.on;
    localStorage.setItem(KEY, this.on ? "yes" : "no");
    if (!this.on) this.hush();
    this.show();
  }

  show() {
    this.button.setAttribute("aria-pressed", String(this.on));
  }

  hear(entry) {
    if (!this.on) return;
    if (entry.kind === "say" && "speechSynthesis" in window) {
      this.stopSound();
      speechSynthesis.speak(new SpeechSynthesisUtterance(entry.text));
    } else if (entry.kind === "play" && /^https?:/.test(entry.text)) {
      this.stopSound();
      this.sound = new Audio(entry.text);
      this.sound.play().catch(() => undefined);
    } else if (entry.kind === "keys" || entry.kind === "speech" || entry.kind === "state") {
      this.hush();
    }
  }

  stopSound() {
    if (this.sound) this.sound.pause();
    this.sound = null;
  }

  hush() {
    this.stopSound();
    if ("speechSynthesis" in window) speechSynthesis.cancel();
  }
}
