import type { PartOfKeys } from '../../curves/question.ts'
import type { References } from '../../curves/references.ts'
import { EvenkeelError } from '../../model/error.ts'
import { globMatches } from '../../model/glob.ts'

/**
 * The references with the column that says which part of the question each key is in: the first whose glob matches its pattern. `patternOf` is
 * by key the place of its pattern + 1; 0: not told. Throws `too_little` where no pattern is told of any key.
 */
export function withParts(
  references: References,
  parts: readonly PartOfKeys[] | undefined,
  patterns: readonly string[],
  patternOf: ArrayLike<number>,
): References {
  if (!parts) return references
  if (patterns.length === 0)
    throw new EvenkeelError(
      'too_little',
      'The references tell no patterns of keys: no part of them can be told from the others by `match`.',
    )
  const partOf = patterns.map((pattern) => parts.findIndex(({ match }) => globMatches(match, pattern)) + 1)
  return { ...references, part: Uint8Array.from({ length: references.keys }, (_, key) => partOf[patternOf[key]! - 1] ?? 0) }
}
