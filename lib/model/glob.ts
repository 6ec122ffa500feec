/** One place of a glob: any text (null), or one character that it takes. */
type Part = ((char: string) => boolean) | null

/**
 * Whether Redis' glob matches a text: `*` is anything, `?` one character, `[a-z]` and `[^a-z]` one of some, a backslash takes their meaning
 * away. By backtracking to the last star alone, so that no glob takes longer than its length times the text's. A pattern of keys is matched as
 * if it were a key.
 */
export function globMatches(glob: string, text: string): boolean {
  const parts = partsOf(glob)
  let [i, k, star, mark] = [0, 0, -1, 0]
  while (k < text.length) {
    const part = parts[i]
    if (part === null) {
      star = i++
      mark = k
    } else if (part?.(text[k]!)) {
      i++
      k++
    } else if (star >= 0) {
      i = star + 1
      k = ++mark
    } else return false
  }
  while (parts[i] === null) i++
  return i === parts.length
}

function partsOf(glob: string): Part[] {
  const parts: Part[] = []
  for (let i = 0; i < glob.length; i++) {
    const char = glob[i]!
    const end = char === '[' ? glob.indexOf(']', i + 1) : -1
    if (char === '*') parts.push(null)
    else if (char === '?') parts.push(() => true)
    else if (end > i) {
      parts.push(oneOf(glob.slice(i + 1, end)))
      i = end
    } else if (char === '\\' && i + 1 < glob.length) parts.push(is(glob[++i]!))
    else parts.push(is(char))
  }
  return parts
}

const is = (char: string) => (other: string) => other === char

/** What stands between brackets. */
function oneOf(text: string): (char: string) => boolean {
  const isNot = text.startsWith('^')
  const chars = isNot ? text.slice(1) : text
  const ranges: [string, string][] = []
  for (let i = 0; i < chars.length; i++) {
    const to = chars[i + 1] === '-' ? chars[i + 2] : undefined
    ranges.push([chars[i]!, to ?? chars[i]!])
    if (to !== undefined) i += 2
  }
  return (char) => ranges.some(([a, b]) => (a <= char && char <= b) || (b <= char && char <= a)) !== isNot
}
