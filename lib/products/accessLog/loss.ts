import { UNREAD, type Unread } from './fields.ts'

/** Lines of the last minute or two, and how many of them were not what they have to be. */
export type Recent = { lines: number; mended: number } & Record<Unread, number>

export const noLines = (): Recent => ({ lines: 0, mended: 0, format: 0, cut: 0, lacks: 0 })

/** What of a log is not read. `fair`: what is read stands for all of it. */
export type Loss = { fair: boolean; because: string | null }

/** Beyond this share of broken lines what is left is not alike: values break a line where there are several, or none. */
const CUT_SHARE = 0.01
const CUT_MIN = 3

/** Lines that are to be JSON and are none. */
const BROKEN = ['mended', 'cut'] as const
const OTHERS = ['format', 'lacks'] as const

/**
 * What share of the lines is not read, and which. Lines of another format are other requests, whose numbers were never here; broken ones of
 * this format are requests that are missing, and mostly those that failed or were tried again.
 */
export function lossOf(...recent: Recent[]): Loss {
  const sum = (...names: (keyof Recent)[]) => recent.reduce((total, one) => total + names.reduce((of, name) => of + one[name], 0), 0)
  const lines = sum('lines')
  const share = (...names: (keyof Recent)[]) => `${((100 * sum(...names)) / lines).toFixed(1)} %`
  const fair = sum('cut') < CUT_MIN || sum('cut') <= CUT_SHARE * lines
  const broken = BROKEN.filter((kind) => sum(kind) > 0)
  const why = {
    mended: `have values without quotes, or \\x22 in them${fair ? ', and are counted all the same, because it is certain where each value ends' : ''} (quote every value and add escape=json)`,
    cut: UNREAD.cut,
  }
  const texts = [
    ...(broken.length > 0
      ? [
          `${share(...broken)} of its lines cannot be read as JSON: ${broken.map((kind) => `${broken.length > 1 ? share(kind) : 'they'} ${why[kind]}`).join(', ')}`,
        ]
      : []),
    ...OTHERS.filter((kind) => sum(kind) > 0).map((kind) => `${share(kind)} of its lines cannot be read: they ${UNREAD[kind]}`),
    ...(fair ? [] : ['those that do not end may be the failed ones, so nothing is counted']),
  ]
  return { fair, because: texts.length > 0 ? texts.join('; ') : null }
}
