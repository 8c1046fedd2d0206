// A voice note: a press starts it, the next ends it. Only where the browser records; a file can always be chosen.
const LONGEST = 5 * 60;
/** What is asked of the browser, the first that it can; the server tells by the content what it got. */
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const ENDINGS = { "audio/webm": "webm", "audio/mp4": "m4a", "audio/ogg": "ogg" };

export const records = () => Boolean(window.MediaRecorder && navigator.mediaDevices?.getUserMedia);

const two = (number) => String(number).padStart(2, "0");

/** Let `button` record; `keep(blob, name)` is given each note, `say(words)` what went wrong. */
export function recorder(button, keep, say) {
  const idle = button.textContent;
  let running = null;
  let starting = false;

  function look(words, on) {
    button.textContent = words;
    button.classList.toggle("is-recording", on);
  }

  async function start() {
    if (starting) return;
    starting = true;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const type = TYPES.find((one) => MediaRecorder.isTypeSupported(one));
      const media = new MediaRecorder(stream, type ? { mimeType: type } : {});
      const parts = [];
      const begun = Date.now();
      const tick = () => {
        const seconds = Math.floor((Date.now() - begun) / 1000);
        look(`● ${Math.floor(seconds / 60)}:${two(seconds % 60)}　点一下结束`, true);
        if (seconds >= LONGEST) stop();
      };
      const timer = setInterval(tick, 500);
      media.addEventListener("dataavailable", (event) => { if (event.data.size) parts.push(event.data); });
      media.addEventListener("stop", () => {
        clearInterval(timer);
        for (const track of stream.getTracks()) track.stop();
        look(idle, false);
        running = null;
        const kind = media.mimeType.split(";")[0];
        const at = new Date(begun);
        if (parts.length) keep(new Blob(parts, { type: kind }), `录音${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}.${ENDINGS[kind] ?? "webm"}`);
      });
      media.start(1000);
      running = media;
      tick();
    } catch {
      say("没有打开话筒。请在浏览器里允许使用话筒，或者用手机录好再选文件。");
    }
    starting = false;
  }

  function stop() {
    if (running?.state === "recording") running.stop();
  }

  button.hidden = false;
  button.addEventListener("click", () => (running ? stop() : start()));
  // A phone that is put away ends the note rather than losing it.
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") stop(); });
}
