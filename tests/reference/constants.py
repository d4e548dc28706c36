"""Derives the constants of src/kernel with 60-digit arithmetic. Prints Rust; run: python3 constants.py"""
from mpmath import mp, mpf, exp, log, sqrt, atanh, chebyfit, zeta, pi, floor, bernoulli, factorial, taylor, expm1, nstr

mp.dps = 60


def split(x, bits):
    """The leading `bits` bits of x, and the rest."""
    scale = mpf(2) ** (bits - 1 - floor(log(abs(x), 2)))
    high = floor(x * scale) / scale
    return high, x - high


def show(name, values):
    print(name)
    for v in values:
        print("   ", repr(float(v)), ",")


# exp(r) = 1 + r + r^2 q(r) on |r| <= ln(2)/2 (a little wider: rounding of k)
half = log(2) / 2 * mpf("1.0001")
q = lambda r: (expm1(r) - r) / r**2 if abs(r) > mpf(10) ** -30 else mpf(1) / 2
coefficients, error = chebyfit(q, [-half, half], 11, error=True)
show("exp q, error %s" % nstr(error, 5), coefficients[::-1])

# ln((1+s)/(1-s)) = 2 s + s z R(z), z = s^2, m in [sqrt(1/2), sqrt(2)]
top = ((sqrt(2) - 1) / (sqrt(2) + 1)) ** 2 * mpf("1.0001")
def big_r(z):
    if z < mpf(10) ** -30:
        return mpf(2) / 3
    s = sqrt(z)
    return (2 * atanh(s) - 2 * s) / (s * z)
coefficients, error = chebyfit(big_r, [mpf(0), top], 8, error=True)
show("ln R, error %s" % nstr(error, 5), coefficients[::-1])
# the same without its first term, which pow carries in double-double: R(z) = 2/3 + z S(z)
def big_s(z):
    if z < mpf(10) ** -25:
        return mpf(2) / 5
    return (big_r(z) - mpf(2) / 3) / z
coefficients, error = chebyfit(big_s, [mpf(0), top], 9, error=True)
show("ln S, error %s" % nstr(error, 5), coefficients[::-1])

for name, value, bits in [("ln2", log(2), 41), ("1/ln10", 1 / log(10), 53), ("2/3", mpf(2) / 3, 53), ("sqrt(2pi)", sqrt(2 * pi), 53), ("log2(e)", 1 / log(2), 53), ("ln(2pi)/2", log(2 * pi) / 2, 53)]:
    high, low = split(value, bits)
    print(name, repr(float(high)), repr(float(low)))

show("zeta(k) - 1, k = 2..", [zeta(k) - 1 for k in range(2, 42)])
print("1 - euler", repr(float(1 - mp.euler)))
show("Stirling B_2k/(2k(2k-1))", [bernoulli(2 * k) / (2 * k * (2 * k - 1)) for k in range(1, 9)])
def legendre(n):
    """Positive nodes and weights of Gauss-Legendre with n (even) points."""
    out = []
    for i in range(n // 2):
        x = mp.findroot(lambda t: mp.legendre(n, t), mp.cos(pi * (i + mpf(3) / 4) / (n + mpf(1) / 2)))
        d = n * (x * mp.legendre(n, x) - mp.legendre(n - 1, x)) / (x * x - 1)
        out.append((x, 2 / ((1 - x * x) * d * d)))
    return out
print("Gauss-Legendre 20")
for x, w in legendre(20):
    print("    (%r, %r)," % (float(x), float(w)))

# ln(erfc(z) / t) + z^2 with t = 2 / (2 + z), as a Chebyshev series in 2 t - 1 (60 nodes, the first 28 kept)
def ln_erfc(t):
    z = 2 / max(t, mpf(10) ** -8) - 2
    return log(erfc(z)) + z * z - log(t)
angles = [pi * (k + mpf(1) / 2) / 60 for k in range(60)]
values = [ln_erfc((cos(angle) + 1) / 2) for angle in angles]
show("ln erfc", [mpf(2) / 60 * sum(v * cos(j * angle) for v, angle in zip(values, angles)) for j in range(28)])
