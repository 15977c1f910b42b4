// A soft tone for a new red, only where the wall was asked for it: a command centre has enough noises.

/** Plays two notes once; answers false where the browser does not let a page that nobody touched be heard. */
export async function tone(): Promise<boolean> {
  const context = new AudioContext();
  try {
    await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, 300))]);
    if (context.state !== 'running') return false;
    const volume = context.createGain();
    volume.connect(context.destination);
    for (const [i, hertz] of [660, 880].entries()) {
      const from = context.currentTime + i * 0.22;
      const note = context.createOscillator();
      note.frequency.value = hertz;
      note.connect(volume);
      note.start(from);
      note.stop(from + 0.2);
      volume.gain.setValueAtTime(0.0001, from);
      volume.gain.exponentialRampToValueAtTime(0.12, from + 0.03);
      volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.2);
    }
    await new Promise((resolve) => setTimeout(resolve, 700));
    return true;
  } finally {
    await context.close();
  }
}
