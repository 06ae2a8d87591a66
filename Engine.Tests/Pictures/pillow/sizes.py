"""Writes sizes.txt: pictures in other sizes, as Pillow makes them. Run: python3 sizes.py > sizes.txt (Pillow 9.4.0, no other package).

A line is one picture: METHOD CHANNELS HEIGHT WIDTH ... VALUES; values are bytes [channels, rows, columns] in base 64. Of a picture the value at
channel c, row h, column w is (37 h + 101 w + 59 c + 7 h w) mod 256.
  squish C H W TO_H TO_W: resize
  pad    C H W TO_H TO_W: ImageOps.pad
  crop   C H W TO_H TO_W: resize until it fills the size, then the middle, both as torchvision's Resize and CenterCrop do it
  part   C H W TOP LEFT ROWS COLUMNS: that part as large as the whole, torchvision's resized_crop
  grey   3 H W: convert('L')
"""
import base64

import PIL
from PIL import Image, ImageOps

SIZES = [  # height and width before, after
    ((9, 13), (4, 5)), ((9, 13), (20, 17)), ((31, 7), (6, 6)), ((5, 5), (5, 12)), ((40, 64), (7, 9)), ((12, 8), (12, 8)), ((3, 20), (8, 8)),
    ((1, 1), (3, 2)), ((1, 9), (4, 1)), ((17, 1), (2, 5)), ((2, 2), (11, 13)), ((101, 67), (1, 1)), ((64, 64), (32, 32)), ((33, 32), (32, 33)),
    ((7, 200), (9, 3)), ((200, 7), (3, 9)), ((28, 28), (29, 27)), ((3, 4), (12, 16)), ((16, 12), (4, 3)), ((300, 211), (5, 5)),
]
PARTS = [  # height and width, top, left, rows, columns
    ((6, 5), 1, 2, 3, 2), ((28, 28), 3, 5, 25, 17), ((28, 28), 2, 2, 24, 24), ((9, 14), 0, 0, 9, 7), ((9, 14), 4, 0, 5, 14), ((9, 14), 8, 13, 1, 1),
    ((9, 14), 0, 0, 9, 14), ((32, 32), 7, 1, 8, 31), ((13, 11), 5, 4, 2, 7),
]


def picture(channels, height, width):
    image = Image.new("L" if channels == 1 else "RGB", (width, height))
    image.putdata([
        values[0] if channels == 1 else values
        for values in (tuple((37 * h + 101 * w + 59 * c + 7 * h * w) % 256 for c in range(channels)) for h in range(height) for w in range(width))])
    return image


def squish(image, height, width):
    return image.resize((width, height), Image.BILINEAR)


def pad(image, height, width):
    return ImageOps.pad(image, (width, height), Image.BILINEAR)


def crop(image, height, width):
    if image.width * height > image.height * width:
        scaled = squish(image, height, max(width, int(height * image.width / image.height)))
    else:
        scaled = squish(image, max(height, int(width * image.height / image.width)), width)
    top, left = int(round((scaled.height - height) / 2.0)), int(round((scaled.width - width) / 2.0))
    return scaled.crop((left, top, left + width, top + height))


def part(image, top, left, rows, columns):
    return squish(image.crop((left, top, left + columns, top + rows)), image.height, image.width)


def is_refused(method, before, after):
    """Pillow refuses to pad where a side would become less than half a pixel."""
    return method is pad and min(round(before[0] / before[1] * after[1]), round(before[1] / before[0] * after[0])) == 0


def line(method, channels, size, *numbers):
    image = method(picture(channels, *size), *numbers)
    values = b"".join(band.tobytes() for band in image.split())
    print(method.__name__, channels, *size, *numbers, base64.b64encode(values).decode())


def grey(image):
    return image.convert("L")


print("# Pillow", PIL.__version__)
for before, after in SIZES:
    for channels in (1, 3):
        for method in (squish, pad, crop):
            if not is_refused(method, before, after):
                line(method, channels, before, *after)
for size, *numbers in PARTS:
    for channels in (1, 3):
        line(part, channels, size, *numbers)
line(grey, 3, (4, 5))
line(grey, 3, (16, 17))
