import { UNREAD, type Unread } from './fields.ts'

/** Lines of the last minute or two, and how many of them were not what they have to be. */
export type Recent = { lines: number; mended: number } & Record<Unread, number>

export const noLines = (): Recent => ({ lines: 0, mended: 0, format: 0, cut: 0, lacks: 0 })

/** What of a log is not read. `fair`: what is read stands for all of it. */
export type Loss = { fair: boolean; because: string | null }

/** Beyond this share of broken lines what is left is not alike: values break a line where there are several, or none. */
const CUT_SHARE = 0.01
const CUT_MIN = 3

/**
 * What share of the lines is not read, and which. Lines of another format are other requests, whose numbers were never here; broken ones of
 * this format are requests that are missing, and mostly those that failed or were tried again.
 */
export function lossOf(...recent: Recent[]): Loss {
  const sum = (name: keyof Recent) => recent.reduce((total, one) => total + one[name], 0)
  const lines = sum('lines')
  const share = (name: keyof Recent) => `${((100 * sum(name)) / lines).toFixed(1)} %`
  const fair = sum('cut') < CUT_MIN || sum('cut') <= CUT_SHARE * lines
  const kinds = (Object.keys(UNREAD) as Unread[]).filter((kind) => sum(kind) > 0)
  const texts = [
    ...(sum('mended') > 0
      ? [
          `${share('mended')} of its lines cannot be read as JSON (values without quotes, or \\x22 in them); where each value ends is certain in them, so they count all the same, but quote every value and add escape=json`,
        ]
      : []),
    ...kinds.map((kind) => `${share(kind)} of its lines cannot be read: they ${UNREAD[kind]}`),
    ...(fair ? [] : ['those may be the failed ones, so nothing is counted']),
  ]
  return { fair, because: texts.length > 0 ? texts.join('; ') : null }
}
