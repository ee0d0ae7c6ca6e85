// Ticks once a second: browsers slow the timers of hidden tabs down, but not those of workers.
setInterval(() => postMessage(0), 1000);
