// A soft tone of two notes, for news that somebody asked to hear.

/** The volume of the two notes, 0 to 1. */
const VOLUME = 0.12;

/** Plays two notes. Resolves to false if the browser does not allow sound without a user's action. */
export async function tone(): Promise<boolean> {
  const context = new AudioContext();
  try {
    if (!(await allowed(context))) return false;
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
      volume.gain.exponentialRampToValueAtTime(VOLUME, from + 0.03);
      volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.2);
    }
    await new Promise((resolve) => setTimeout(resolve, 700));
    return true;
  } finally {
    await context.close();
  }
}

/**
 * Waits a moment for the audio context to start. One that is not allowed to play stays suspended without an
 * error.
 */
export async function allowed(context: AudioContext): Promise<boolean> {
  await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, 300))]);
  return context.state === 'running';
}
