// How many rows of a fixed height fit into a box. Lists on a wall screen never scroll, because nobody is there
// to scroll them.
import { onBeforeUnmount, ref, watch, type Ref } from 'vue';

/** `row` is the height of a row and `gap` the space between two rows, in rem. At least one row is shown. */
export function useRoom(box: Readonly<Ref<HTMLElement | null>>, row: number, gap = 0): Ref<number> {
  const room = ref(4);
  const observer = new ResizeObserver(() => {
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    if (box.value) room.value = Math.max(1, Math.floor((box.value.clientHeight + gap * rem + 1) / ((row + gap) * rem)));
  });
  // The box may come and go, for example while there is nothing to list.
  watch(
    box,
    (now) => {
      observer.disconnect();
      if (now) observer.observe(now);
    },
    { immediate: true, flush: 'post' },
  );
  onBeforeUnmount(() => observer.disconnect());
  return room;
}
