/** A word for a POSIX shell: what a shell would read anything into stands in single quotes. */
export const shellWord = (text: string): string => (/^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)

/** A word that the reader's own environment gives; the shell ends with this sentence where it is not set. */
export type Asked = { variable: string; words: string }

/** One command line. The variables of `asked` words are constants of this code, never text of others. */
export const shellLine = (words: readonly (string | Asked)[]): string =>
  words.map((word) => (typeof word === 'string' ? shellWord(word) : `"\${${word.variable}:?${word.words}}"`)).join(' ')
