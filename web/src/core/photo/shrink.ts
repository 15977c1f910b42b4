// A phone's photo is 3 to 12 MB and carries where and when it was taken. Drawing it anew on the phone leaves
// some hundred kB and the picture alone, upright; the server does the same again with whatever it gets.

/** The longest side that is kept; pixels, as the server keeps it. */
const LONGEST = 2048;
const QUALITY = 0.82;

/** The picture as a JPEG of modest size. Rejects where the file is no picture that this browser can read. */
export async function shrink(file: Blob): Promise<Blob> {
  // `from-image` is the default of the standard; older browsers need to be told.
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const share = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * share));
  canvas.height = Math.max(1, Math.round(picture.height * share));
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/jpeg', QUALITY);
  });
}
