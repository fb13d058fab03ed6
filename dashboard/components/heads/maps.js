// Many maps of who looks at whom, as they were sent: rows up to the diagonal, 16-bit floats. The
// functions know no page, so that a test can hold them equal to Python's numbers.

const HALVES = new Float32Array(65536); // 16 bits -> the number they stand for
for (let bits = 0; bits < 65536; bits++) {
  const [sign, power, rest] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  HALVES[bits] = sign * (power ? 2 ** (power - 15) * (1 + rest / 1024) : rest * 2 ** -24);
}

class Maps {
  constructor(buffer, tokens) {
    this.bits = new Uint16Array(buffer);
    this.tokens = tokens;
    this.each = (tokens * (tokens + 1)) / 2;
  }

  // How much of its weight token `row` puts on token `column`, from 0 to 1.
  at(map, row, column) {
    return column > row ? 0 : HALVES[this.bits[map * this.each + (row * (row + 1)) / 2 + column]];
  }

  // The whole square, empty to the right of the diagonal.
  square(map, meant = (weight) => weight) {
    return Array.from({ length: this.tokens }, (_, row) =>
      Array.from({ length: this.tokens }, (_, column) => (column <= row ? meant(this.at(map, row, column)) : null)));
  }

  // The square in at most `size` rows, each square of it the largest weight that lies in it; -1 where none does.
  small(map, size) {
    const side = Math.min(size, this.tokens);
    const out = new Float32Array(side * side).fill(-1);
    for (let row = 0; row < this.tokens; row++) {
      const above = Math.floor((row * side) / this.tokens) * side;
      for (let column = 0; column <= row; column++) {
        const place = above + Math.floor((column * side) / this.tokens);
        out[place] = Math.max(out[place], this.at(map, row, column));
      }
    }
    return { side, weights: out };
  }

  // What a token looks at, or who looks at it, the largest weight first: [[other, weight], ...]
  partners(map, side, token) {
    const others = [];
    const [from, to] = side === "asks" ? [0, token] : [token, this.tokens - 1];
    for (let other = from; other <= to; other++) {
      others.push([other, side === "asks" ? this.at(map, token, other) : this.at(map, other, token)]);
    }
    return others.sort((a, b) => b[1] - a[1]);
  }
}
