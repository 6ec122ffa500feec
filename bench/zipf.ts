/** Draws ranks by Zipf's law, 0 the commonest. */
export function zipf(keys: number, skew: number, random: () => number): () => number {
  const sums = new Float64Array(keys)
  let sum = 0
  for (let rank = 0; rank < keys; rank++) {
    sum += (rank + 1) ** -skew
    sums[rank] = sum
  }
  return () => {
    const at = random() * sum
    let [low, high] = [0, keys - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (sums[middle]! < at) low = middle + 1
      else high = middle
    }
    return low
  }
}
