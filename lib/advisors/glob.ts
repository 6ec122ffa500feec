/** Redis' glob, as far as policies use it: `*` is anything, `?` one character. A pattern of keys is matched as if it were one of them. */
export function globMatches(glob: string, key: string): boolean {
  let [i, k, star, mark] = [0, 0, -1, 0]
  while (k < key.length) {
    if (glob[i] === '*') {
      star = i++
      mark = k
    } else if (i < glob.length && (glob[i] === '?' || glob[i] === key[k])) {
      i++
      k++
    } else if (star >= 0) {
      i = star + 1
      k = ++mark
    } else return false
  }
  while (glob[i] === '*') i++
  return i === glob.length
}
