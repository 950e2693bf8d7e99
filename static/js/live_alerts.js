// Rings and notifies at a low rating, for whoever has asked for it on this browser; off until then.
(() => {
  const button = document.getElementById("alerts");
  const KEY = "cxweb.alerts";
  let sound = null;

  const on = () => localStorage.getItem(KEY) === "on";

  function draw() {
    button.hidden = false;
    button.setAttribute("aria-pressed", String(on()));
    button.textContent = on() ? button.dataset.on : button.dataset.off;
  }

  // Two short tones; a browser lets them out only after somebody has touched the page.
  function ring() {
    sound ??= new AudioContext();
    for (const [start, pitch] of [[0, 660], [0.18, 520]]) {
      const tone = sound.createOscillator();
      const volume = sound.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.15, sound.currentTime + start);
      volume.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + start + 0.16);
      tone.connect(volume).connect(sound.destination);
      tone.start(sound.currentTime + start);
      tone.stop(sound.currentTime + start + 0.17);
    }
  }

  button.addEventListener("click", async () => {
    localStorage.setItem(KEY, on() ? "off" : "on");
    draw();
    if (!on()) return;
    ring();
    if ("Notification" in window && Notification.permission === "default") await Notification.requestPermission();
  });
  document.addEventListener("live:rated", (event) => {
    const low = event.detail.filter((rating) => "low" in rating);
    if (!low.length || !on()) return;
    ring();
    if ("Notification" in window && Notification.permission === "granted") {
      low.slice(-3).forEach((rating) => new Notification(rating.said, { tag: `order-${rating.order}` }));
    }
  });
  draw();
})();
