import sys


def sequence(n):
    letters, r, out = "ACGTMRWSYKVHDBN", 42, []
    for _ in range(n):
        r = (r * 3877 + 29573) % 139968
        out.append(letters[r % 15])
    return "".join(out)


def main():
    s = sequence(500000)
    out = s[::-1].translate(str.maketrans("ACGTMRYKVHDB", "TGCAKYRMBDHV"))
    for at in range(0, len(out), 60):
        sys.stdout.write(out[at:at + 60] + "\n")


main()
