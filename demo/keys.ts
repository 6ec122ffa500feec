/**
 * Draws ranks 0…n−1 by Zipf and Mandelbrot's law, weight (rank + 1 + flat)^−skew. `flat` lowers the head: no key takes
 * more than a percent or two, as in ordinary traffic, so that a hot key stands out.
 */
export function zipf(n: number, skew: number, flat: number, random: () => number): () => number {
  const sums = new Float64Array(n)
  let sum = 0
  for (let rank = 0; rank < n; rank++) {
    sum += (rank + 1 + flat) ** -skew
    sums[rank] = sum
  }
  return () => {
    const at = random() * sum
    let low = 0
    let high = n - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (sums[middle]! < at) low = middle + 1
      else high = middle
    }
    return low
  }
}
