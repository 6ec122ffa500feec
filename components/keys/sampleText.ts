import { count } from '@/lib/format/format.ts'
import type { KeyPatternView } from '@/lib/model/answers/key.ts'

type Sample = NonNullable<KeyPatternView['sample']>

/** The basis of what is told of a pattern: from how many keys, in words that fit one key as well as many. */
export function sampleText({ of, keys, sizes, idles }: Sample): string {
  const from =
    of === 1
      ? `From one key that a walk through the names came past${keys === 1 ? ', which is of this pattern' : ''};`
      : `From the newest ${count(of)} keys that a walk through the names came past, ${count(keys)} of them of this pattern;`
  return `${from} ${count(sizes)} ${sizes === 1 ? 'was' : 'were'} measured, ${count(idles)} asked for when ${idles === 1 ? 'it was' : 'they were'} used last. Ranges are 95 % intervals.`
}
