// Looks for a QR code in the picture of the camera. Pictures do not leave the device.
import { onMounted, onScopeDispose, ref, type Ref, type ShallowRef } from 'vue';
import { makeDetector, type Detector } from './detector';

/** The pause between two checks of the camera picture for a code, in milliseconds. */
const PAUSE = 150;

export interface Scanner {
  state: Ref<'starting' | 'looking' | 'denied' | 'failed'>;
  /** Whether the last code was not the code that is looked for. */
  isOther: Ref<boolean>;
}

/**
 * Starts the camera when the component is mounted and stops it with the component.
 *
 * @param take gets each code that was read. Scanning ends once it returns true.
 */
export function useScanner(
  video: Readonly<ShallowRef<HTMLVideoElement | null>>,
  take: (code: string) => boolean,
): Scanner {
  const state: Scanner['state'] = ref('starting');
  const isOther = ref(false);
  let stream: MediaStream | null = null;
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => {
    isOver = true;
    clearTimeout(timer);
    for (const track of stream?.getTracks() ?? []) track.stop();
  });

  async function look(detector: Detector): Promise<void> {
    if (isOver || !video.value) return;
    const codes = await detector.detect(video.value).catch(() => []);
    if (isOver || codes.some(({ rawValue }) => take(rawValue))) return;
    isOther.value = codes.length > 0;
    timer = setTimeout(() => void look(detector), PAUSE);
  }

  onMounted(async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false });
      if (isOver || !video.value) {
        for (const track of stream.getTracks()) track.stop();
        return;
      }
      video.value.srcObject = stream;
      await video.value.play();
      state.value = 'looking';
      const detector = makeDetector();
      if (detector) void look(detector);
    } catch (error) {
      state.value = error instanceof DOMException && error.name === 'NotAllowedError' ? 'denied' : 'failed';
    }
  });
  return { state, isOther };
}
