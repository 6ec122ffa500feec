import { EvenkeelError } from '../../../model/error.ts'
import { type Word, wordsIn } from '../words.ts'

/** One `proxy_cache_valid`: the statuses that it is of, and its time as it stands in the text. */
type Valid = { codes: string[]; time: Word }

/** Without a status it is of these. */
export const USUAL_CODES = ['200', '301', '302']
const DIRECTIVE = 'proxy_cache_valid'
const CODE = /^(?:any|[1-5]\d\d)$/

/** `proxy_cache_valid/200`. */
export const VALID_NAME = /^proxy_cache_valid\/(any|[1-5]\d\d)$/

/** All of a file's, in their order, at any depth. Throws `malformed` for a text that is no configuration. */
function validsIn(text: string): Valid[] {
  const found: Valid[] = []
  let statement: Word[] = []
  for (const word of wordsIn(text)) {
    if (!word.sign) {
      statement.push(word)
      continue
    }
    const [directive, ...words] = statement
    const time = words.at(-1)
    if (word.text === ';' && directive?.text === DIRECTIVE && time && !CODE.test(time.text)) {
      const codes = words.slice(0, -1).map((one) => one.text)
      found.push({ codes: codes.length > 0 ? codes : USUAL_CODES, time })
    }
    statement = []
  }
  return found
}

/** The statement that decides the time of a status: the first that names it, if none before it is of any. Throws `not_found`. */
function validOf(text: string, name: string): Valid {
  const code = VALID_NAME.exec(name)?.[1]
  if (code === undefined)
    throw new EvenkeelError(
      'not_found',
      `${JSON.stringify(name.slice(0, 80))} is no setting: proxy_cache_valid/STATUS or proxy_cache_valid/any`,
    )
  const found = validsIn(text).find(({ codes }) => codes.includes(code) || codes.includes('any'))
  if (!found) throw new EvenkeelError('not_found', `the file has no proxy_cache_valid for ${code}`)
  if (!found.codes.includes(code))
    throw new EvenkeelError('not_found', `a proxy_cache_valid of any stands before one for ${code}, and decides: set proxy_cache_valid/any`)
  return found
}

/** The time that an answer of this status stays valid, as it is written. */
export const validIn = (text: string, name: string): string => validOf(text, name).time.text

/** The same text with another time; everything else, comments too, stays as it is. */
export function withValid(text: string, name: string, time: string): string {
  const { from, to } = validOf(text, name).time
  return `${text.slice(0, from)}${time}${text.slice(to)}`
}
