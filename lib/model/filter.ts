import type { Labels } from './series.ts'

/** Whether a thing with these texts and labels is wanted. Of what stands for several things the labels of each count. */
export type Filter = (texts: Iterable<string | undefined>, labels?: Labels | readonly Labels[]) => boolean

/** Words, and values in quotes where they hold blanks: `team="web shop"`. */
const WORDS = /(?:[^\s"]|"[^"]*"?)+/g

type Word = { text: string; label?: { name: string; value: string } }

/**
 * The filter of every list, on the pages and in the API's `q`: every word stands in one of the texts, in whatever case, or is a label as `name=value`.
 * What stands as a whole in one text is found too, whatever it consists of. Nothing asked for is had by all.
 */
export function filterOf(asked = ''): Filter {
  const whole = asked.trim().toLowerCase()
  if (whole === '') return () => true
  const words = (whole.match(WORDS) ?? []).map(wordOf).filter(({ text }) => text !== '')
  return (texts, labels = []) => {
    const all = [...texts].flatMap((text) => text?.toLowerCase() ?? [])
    if (all.some((text) => text.includes(whole))) return true
    const sets = Array.isArray(labels) ? (labels as readonly Labels[]) : [labels as Labels]
    const has = ({ name, value }: { name: string; value: string }) =>
      sets.some((one) => Object.hasOwn(one, name) && one[name]!.toLowerCase() === value)
    return words.length > 0 && words.every(({ text, label }) => (label && has(label)) || all.some((one) => one.includes(text)))
  }
}

function wordOf(quoted: string): Word {
  const text = quoted.replaceAll('"', '')
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  return { text, ...(name !== undefined && value !== undefined && { label: { name, value } }) }
}
