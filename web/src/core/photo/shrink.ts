// Reduces photos. A phone's photo has 3 to 12 MB and contains the place and the time. Redrawing it gives some
// hundred kB without metadata, rotated upright. The server does the same again.

/** The longest side in pixels, the same as on the server. */
const LONGEST = 2048;
const QUALITY = 0.82;

/** The picture as a reduced JPEG. Rejects if this browser cannot read the file as a picture. */
export async function shrink(file: Blob): Promise<Blob> {
  // `from-image` is the default in the standard, but older browsers need it explicitly.
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const share = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * share));
  canvas.height = Math.max(1, Math.round(picture.height * share));
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('The browser cannot write the photo as JPEG'))),
      'image/jpeg',
      QUALITY,
    );
  });
}
