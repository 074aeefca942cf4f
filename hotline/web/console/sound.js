// Sound of the phone in the page: the microphone with its level, what is heard, and the ring.

const MICROPHONE = "hotline-microphone";
const SPEAKER = "hotline-speaker";
const RING_HZ = 425; // as telephones ring in China: one second on, four off
const RING_MS = 5000;

/** The microphone, the loudspeaker and the bell. */
export class Sound {
  constructor() {
    this.microphone = null;
    this.context = null;
    this.analysers = {};
    this.audio = document.createElement("audio");
    this.audio.autoplay = true;
    const speaker = localStorage.getItem(SPEAKER);
    if (speaker) this.hearBy(speaker).catch(() => localStorage.removeItem(SPEAKER)); // that one is unplugged
  }

  /** Open a microphone, the one of last time unless another is named; its track. Throws where none may be used. */
  async open(device = localStorage.getItem(MICROPHONE)) {
    const wanted = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    let stream;
    try {
      const exact = device ? { deviceId: { exact: device } } : {};
      stream = await navigator.mediaDevices.getUserMedia({ audio: { ...wanted, ...exact } });
    } catch (error) {
      if (!device || error.name === "NotAllowedError") throw error;
      stream = await navigator.mediaDevices.getUserMedia({ audio: wanted }); // that one is unplugged
    }
    this.#release();
    this.microphone = stream;
    const [track] = stream.getAudioTracks();
    const used = track.getSettings().deviceId;
    if (used) localStorage.setItem(MICROPHONE, used);
    this.context ??= new AudioContext();
    this.#watch("spoken", stream);
    return track;
  }

  /** Let the microphone go. */
  close() {
    this.ring(false);
    this.play(null);
    this.#release();
    this.context?.close();
    this.context = null;
    this.analysers = {};
  }

  /** The microphones and the loudspeakers that there are, each `{id, name}`; no loudspeakers where the browser leaves
   * the choice to its own settings. */
  async devices() {
    const all = await navigator.mediaDevices.enumerateDevices();
    const of = (kind) => all.filter((one) => one.kind === kind).map((one) => ({ id: one.deviceId, name: one.label }));
    return { microphones: of("audioinput"), speakers: this.audio.setSinkId ? of("audiooutput") : [] };
  }

  /** Let talks be heard by this loudspeaker from now on; the bell rings by the usual one. Throws where it is gone. */
  async hearBy(device) {
    await this.audio.setSinkId?.(device);
    localStorage.setItem(SPEAKER, device);
  }

  /** The id of the loudspeaker that is used; empty: the usual one. */
  heardBy() {
    return this.audio.sinkId ?? "";
  }

  /** The id of the microphone that is used. */
  used() {
    return this.microphone?.getAudioTracks()[0]?.getSettings().deviceId ?? "";
  }

  /** Let a stream be heard; null: nothing. */
  play(stream) {
    this.audio.srcObject = stream;
    if (stream) this.#watch("heard", stream);
    else delete this.analysers.heard;
  }

  unmute() {
    for (const track of this.microphone?.getAudioTracks() ?? []) track.enabled = true;
  }

  /** How loud it is now, from 0 to 1: `spoken` into the microphone, or `heard`. */
  level(side) {
    const analyser = this.analysers[side];
    if (!analyser) return 0;
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    const rms = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
    return Math.max(0, Math.min(1, 1 + Math.log10(Math.max(rms, 1e-4)) / 3)); // −60 dB is 0, full scale is 1
  }

  /** Ring, or no more. */
  ring(on) {
    clearInterval(this.bell);
    if (!on || !this.context) return;
    const once = () => {
      const tone = new OscillatorNode(this.context, { frequency: RING_HZ });
      const loud = new GainNode(this.context, { gain: 0.15 });
      tone.connect(loud).connect(this.context.destination);
      tone.start();
      tone.stop(this.context.currentTime + 1);
    };
    once();
    this.bell = setInterval(once, RING_MS);
  }

  #watch(side, stream) {
    this.context ??= new AudioContext();
    this.context.resume();
    const analyser = new AnalyserNode(this.context, { fftSize: 1024 });
    new MediaStreamAudioSourceNode(this.context, { mediaStream: stream }).connect(analyser);
    this.analysers[side] = analyser;
  }

  #release() {
    for (const track of this.microphone?.getTracks() ?? []) track.stop();
    this.microphone = null;
  }
}
