/** For how long the page offers to take something away. */
export const LENGTHS = ['30s', '60s', '5m'] as const
export const LENGTH_WORDS: Record<(typeof LENGTHS)[number], string> = { '30s': '30 seconds', '60s': 'a minute', '5m': '5 minutes' }

/** As choices of a form. */
export const LENGTH_OPTIONS = LENGTHS.map((value) => ({ value, label: LENGTH_WORDS[value] }))
