import sys
from itertools import accumulate

WIDTH = 60
ALU = "GGCCGGGCGCGGTGGCTCACGCCTGTAATCCCAGCACTTTGGGAGGCCGAGGCGGGCGGATCACCTGAGGTCAGGAGTTCGAGACCAGCCTGGCCAACATGGTGAAACCCCGTCTCTACTAAAAATACAAAAATTAGCCGGGCGTGGTGGCGCGCGCCTGTAATCCCAGCTACTCGGGAGGCTGAGGCAGGAGAATCGCTTGAACCCGGGAGGCGGAGGTTGCAGTGAGCCGAGATCGCGCCACTGCACTCCAGCCTGGGCGACAGAGCGAGACTCCGTCTCAAAAA"
write = sys.stdout.write


def repeated(header, s, n):
    write(header + "\n")
    doubled, at, left = s + s, 0, n
    while left > 0:
        width = min(left, WIDTH)
        write(doubled[at:at + width] + "\n")
        at = (at + width) % len(s)
        left -= width


def random_lines(header, chars, weights, n, seed):
    write(header + "\n")
    r, left = seed, n
    while left > 0:
        width = min(left, WIDTH)
        line = []
        for _ in range(width):
            r = (r * 3877 + 29573) % 139968
            x = r / 139968
            k = 0
            while x >= weights[k]:
                k += 1
            line.append(chars[k])
        write("".join(line) + "\n")
        left -= width
    return r


def main():
    n = 60000
    iub = "acgtBDHKMNRSVWY"
    iub_weights = list(accumulate([0.27, 0.12, 0.12, 0.27] + [0.02] * 10 + [0.1]))
    homo = "acgt"
    homo_weights = list(accumulate([0.302954942668, 0.1979883004921, 0.1975473066391, 0.4]))
    repeated(">ONE Homo sapiens alu", ALU, n * 2)
    seed = random_lines(">TWO IUB ambiguity codes", iub, iub_weights, n * 3, 42)
    random_lines(">THREE Homo sapiens frequency", homo, homo_weights, n * 5, seed)


main()
