import { safe } from '../format/format.ts'

/**
 * Backslashes before what Markdown would read as markup, addresses and mentions among it: names of keys and servers stay what they are. No
 * others, because people go on writing in the text.
 */
export const plain = (raw: string): string =>
  safe(raw, 2_000)
    .replace(/[\\`*_[\]<>#|~&$@]/g, '\\$&')
    .replace(/:(?=\/\/)|(?<=www)\.|^[-+]|(?<=^\d+)[.)]/gi, '\\$&')

export const moment = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')} UTC`
