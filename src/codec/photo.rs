//! Converts uploaded photos to the form in which they are stored: turned upright, scaled down, and
//! without metadata (place, device, time).
//!
//! The picture is decoded and encoded again, so the result contains nothing of the file but the
//! picture. The type is recognized by the first bytes, not by the file name.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use sha2::{Digest, Sha256};

use crate::model::{Localized, both};

/// The maximum size of an uploaded file, in bytes.
pub const LIMIT_BYTES: usize = 8 * 1024 * 1024;
/// The maximum length of the longer side of a stored photo, in pixels.
const LONGEST: u32 = 2048;
/// The maximum length of the longer side of a thumbnail, in pixels.
const THUMB: u32 = 320;
/// The maximum number of pixels that are decoded: a file of a few kilobytes can declare a picture
/// of gigabytes.
const LIMIT_PIXELS: u64 = 50_000_000;
/// The maximum memory that decoding may allocate, in bytes.
const LIMIT_ALLOCATION: u64 = 320 * 1024 * 1024;
/// JPEG quality, from 1 to 100.
const QUALITY: u8 = 82;

/// A photo in the form in which it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// The photo's id: a hash of the uploaded bytes, so equal files have equal ids.
    pub id: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// JPEG without metadata.
    pub jpeg: Vec<u8>,
    /// The thumbnail, as JPEG.
    pub thumb: Vec<u8>,
}

/// Why an uploaded file is not accepted as a photo.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    /// The file has too many bytes.
    #[error("a photo has at most {} MiB, this one has {found} bytes", LIMIT_BYTES / 1024 / 1024)]
    TooLarge {
        /// The size of the photo in bytes.
        found: usize,
    },
    /// The file has another format.
    #[error("a photo must be a JPEG, PNG or WebP file; this is {0}")]
    Kind(Localized),
    /// The picture has too many pixels.
    #[error(
        "a photo has at most {} million pixels, this one has {width} × {height}",
        LIMIT_PIXELS / 1_000_000
    )]
    TooManyPixels {
        /// The width in pixels.
        width: u32,
        /// The height in pixels.
        height: u32,
    },
    /// The file is truncated or damaged.
    #[error("the photo cannot be read: {0}")]
    Broken(ImageError),
}

impl crate::model::InChinese for PhotoError {
    fn zh(&self) -> String {
        match self {
            Self::TooLarge { found } => format!(
                "单张照片不能超过 {} MiB，这张有 {found} 字节",
                LIMIT_BYTES / 1024 / 1024
            ),
            Self::Kind(kind) => format!("照片应为 JPEG、PNG 或 WebP 格式，该文件{}", kind.zh),
            Self::TooManyPixels { width, height } => format!(
                "单张照片不能超过{}万像素，这张为 {width} × {height}",
                LIMIT_PIXELS / 10_000
            ),
            Self::Broken(why) => format!("照片已损坏，无法读取（{why}）"),
        }
    }
}

/// Converts the bytes of an uploaded file. The largest accepted pictures take up to a second of one
/// core and 400 MB of memory.
///
/// # Errors
/// [`PhotoError`], whose text is meant for the person who uploaded the file.
pub fn read(bytes: &[u8]) -> Result<Photo, PhotoError> {
    if bytes.len() > LIMIT_BYTES {
        return Err(PhotoError::TooLarge { found: bytes.len() });
    }
    let format = image::guess_format(bytes).ok();
    let format = match format {
        Some(f @ (ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) => f,
        _ => return Err(PhotoError::Kind(kind(bytes))),
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(LIMIT_ALLOCATION);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(PhotoError::Broken)?;
    let (width, height) = decoder.dimensions();
    let too_many = u64::from(width) * u64::from(height) > LIMIT_PIXELS
        || decoder.total_bytes() > LIMIT_ALLOCATION;
    if too_many {
        return Err(PhotoError::TooManyPixels { width, height });
    }
    let orientation = decoder.orientation().map_err(PhotoError::Broken)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(PhotoError::Broken)?;
    // Scaling down first makes the following steps cheap.
    if width.max(height) > LONGEST {
        image = image.thumbnail(LONGEST, LONGEST);
    }
    let mut image = DynamicImage::ImageRgb8(image.into_rgb8());
    image.apply_orientation(orientation);
    let thumb = if image.width().max(image.height()) > THUMB {
        encode(&image.thumbnail(THUMB, THUMB))?
    } else {
        encode(&image)?
    };
    Ok(Photo {
        id: name(bytes),
        width: image.width(),
        height: image.height(),
        jpeg: encode(&image)?,
        thumb,
    })
}

fn encode(image: &DynamicImage) -> Result<Vec<u8>, PhotoError> {
    let mut out = Vec::new();
    image
        .write_with_encoder(JpegEncoder::new_with_quality(&mut out, QUALITY))
        .map_err(PhotoError::Broken)?;
    Ok(out)
}

/// The id of a photo: 32 hexadecimal digits of a hash of the bytes.
fn name(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    hex::encode(&digest[..16])
}

/// Names the format of an unsupported file and, if possible, what to do about it.
fn kind(bytes: &[u8]) -> Localized {
    match bytes {
        [] => both!("是空的", "empty"),
        [_, _, _, _, b'f', b't', b'y', b'p', b'h' | b'm', ..] => {
            both!(
                "是 HEIC，请将手机相机格式设为“兼容性最佳”",
                "HEIC: set the phone's camera to \"most compatible\""
            )
        }
        [b'G', b'I', b'F', ..] => both!("是 GIF", "GIF"),
        [b'%', b'P', b'D', b'F', ..] => both!("是 PDF", "PDF"),
        [b'<' | b'{' | b'[', ..] => both!("是文本", "text"),
        _ => both!("不是其中任何一种", "none of them"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::InChinese as _;
    use image::{ImageEncoder, Rgb, RgbImage};

    /// A picture whose left half is red and whose right half is blue.
    fn two_halves(width: u32, height: u32) -> DynamicImage {
        DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, _| {
            if x < width / 2 {
                Rgb([200, 0, 0])
            } else {
                Rgb([0, 0, 200])
            }
        }))
    }

    fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        image.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    /// A TIFF block as cameras write it: the orientation, and a text that names the place.
    fn exif(orientation: u8) -> Vec<u8> {
        let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
        tiff.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
        tiff.extend([0x0e, 0x01, 2, 0, 13, 0, 0, 0, 38, 0, 0, 0]);
        tiff.extend([0, 0, 0, 0]);
        tiff.extend(b"GPS 39.2 117\0");
        tiff
    }

    #[test]
    fn three_kinds_of_files_become_small_jpegs() {
        let image = two_halves(3000, 1500);
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let bytes = file(&image, format);
            let photo = read(&bytes).unwrap();
            assert_eq!((photo.width, photo.height), (2048, 1024), "{format:?}");
            let kept = image::load_from_memory_with_format(&photo.jpeg, ImageFormat::Jpeg).unwrap();
            assert_eq!((kept.width(), kept.height()), (2048, 1024));
            let left = kept.to_rgb8().get_pixel(100, 500).0;
            assert!(left[0] > 150 && left[2] < 60, "{left:?}");
            let thumb = image::load_from_memory(&photo.thumb).unwrap();
            assert_eq!((thumb.width(), thumb.height()), (320, 160));
            assert_eq!(read(&bytes).unwrap(), photo);
        }
        let small = read(&file(&two_halves(64, 32), ImageFormat::Png)).unwrap();
        assert_eq!((small.width, small.height), (64, 32));
    }

    #[test]
    fn a_photo_is_turned_upright_and_loses_its_location() {
        let image = two_halves(64, 32).into_rgb8();
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
        // Orientation 6: the camera was turned, and viewers rotate the picture by 90 degrees
        // clockwise.
        encoder.set_exif_metadata(exif(6)).unwrap();
        encoder
            .write_image(&image, 64, 32, image::ExtendedColorType::Rgb8)
            .unwrap();
        assert!(bytes.windows(3).any(|w| w == b"GPS"));
        let photo = read(&bytes).unwrap();
        assert_eq!((photo.width, photo.height), (32, 64));
        let kept = image::load_from_memory(&photo.jpeg).unwrap().to_rgb8();
        assert!(kept.get_pixel(16, 5).0[0] > 150, "red is above now");
        for kept in [&photo.jpeg, &photo.thumb] {
            assert!(!kept.windows(3).any(|w| w == b"GPS"));
            assert!(!kept.windows(4).any(|w| w == b"Exif"));
        }
    }

    #[test]
    fn a_file_that_is_not_a_photo_is_refused_with_a_reason() {
        for (bytes, word) in [
            (&b""[..], "empty"),
            (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
            (b"GIF89a\x01\0\x01\0\0\0\0;", "GIF"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "text"),
            (b"MZ\x90\0", "none"),
        ] {
            let Localized { zh, en } = read(bytes).unwrap_err().localized();
            assert!(en.contains(word), "{en}");
            assert!(
                !["empty", "text", "none"]
                    .iter()
                    .any(|word| zh.contains(word)),
                "{zh}"
            );
        }
        let whole = file(&two_halves(200, 200), ImageFormat::Png);
        assert!(matches!(
            read(&whole[..whole.len() / 2]),
            Err(PhotoError::Broken(_))
        ));
        let large = vec![0xff; LIMIT_BYTES + 1];
        assert!(matches!(read(&large), Err(PhotoError::TooLarge { .. })));
    }

    #[test]
    fn a_small_file_of_a_huge_picture_is_not_decoded() {
        // A PNG that declares 100,000 × 100,000 pixels; only its header needs to be valid.
        let mut bytes = file(&two_halves(4, 4), ImageFormat::Png);
        let side = 100_000_u32.to_be_bytes();
        bytes[16..20].copy_from_slice(&side);
        bytes[20..24].copy_from_slice(&side);
        let sum = crc(&bytes[12..29]).to_be_bytes();
        bytes[29..33].copy_from_slice(&sum);
        let error = read(&bytes).unwrap_err();
        assert!(
            matches!(error, PhotoError::TooManyPixels { width: 100_000, .. }),
            "{error}"
        );
    }

    /// The CRC-32 of a PNG chunk, computed bit by bit.
    fn crc(bytes: &[u8]) -> u32 {
        let mut sum = u32::MAX;
        for byte in bytes {
            sum ^= u32::from(*byte);
            for _ in 0..8 {
                sum = (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg());
            }
        }
        !sum
    }
}
