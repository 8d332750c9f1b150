"""The arithmetic of edwards25519 in plain Python, for points and signatures that no library would make."""

import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
I = pow(2, (P - 1) // 4, P)


def add(one, other):
    (x1, y1), (x2, y2) = one, other
    product = D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P)
    return x % P, (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P


def times(number, point):
    result = (0, 1)
    while number:
        if number & 1:
            result = add(result, point)
        point = add(point, point)
        number >>= 1
    return result


def negative(point):
    return -point[0] % P, point[1]


def root(y):
    """Gives an x for this y; none if there is no such point."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    for candidate in (x, x * I % P):
        if candidate * candidate % P == square:
            return candidate
    return None


def point(y, odd):
    x = root(y % P)
    return (x if x & 1 == odd else -x % P, y % P)


def encode(point):
    return raw(point[1], point[0] & 1)


def raw(y, sign):
    """Encodes as it is, whether it is canonical or not."""
    return (y | sign << 255).to_bytes(32, "little")


BASE = point(4 * pow(5, -1, P), 0)


def torsion():
    """Gives a point of order eight."""
    y = 2
    while True:
        if root(y) is not None:
            found = times(L, point(y, 0))
            if times(4, found) != (0, 1):
                return found
        y += 1


EIGHT = torsion()
SMALL = [times(n, EIGHT) for n in range(8)]


def challenge(encoded_r, encoded_a, message):
    return int.from_bytes(hashlib.sha512(encoded_r + encoded_a + message).digest(), "little") % L


def scalar(text):
    """A number below L, the same for the same text."""
    return int.from_bytes(hashlib.sha512(text.encode()).digest(), "little") % L


def join(encoded_r, s):
    return encoded_r + s.to_bytes(32, "little")


def holds(encoded_a, point_a, encoded_r, s, message):
    """Tells whether the equation without cofactor holds, R compared as it is encoded."""
    k = challenge(encoded_r, encoded_a, message)
    return encode(add(times(s, BASE), times(k, negative(point_a)))) == encoded_r


def holds_times_eight(encoded_a, point_a, point_r, encoded_r, s, message):
    k = challenge(encoded_r, encoded_a, message)
    return times(8, times(s, BASE)) == times(8, add(point_r, times(k, point_a)))
