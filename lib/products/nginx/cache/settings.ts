import { z } from 'zod'
import { EvenkeelError } from '../../../model/error.ts'
import type { Edit, SettingKind } from '../../../model/product.ts'
import { readText } from '../../replaceFile.ts'
import type { NginxConfig } from '../config.ts'
import { VALID_NAME, validIn, withValid } from './validFile.ts'

/** NGINX's own units, as it reads a time in seconds; `0` keeps an answer out of the cache. */
const TIME = /^(?:\d{1,9}|(?:\d{1,6}(?:ms|[smhdwMy]))+)$/

export const VALID_SETTING: SettingKind = {
  pattern: VALID_NAME,
  value: z.string().regex(TIME, 'a time as NGINX writes it: 10m, 1h30m, 0'),
  reversal: 'exact',
  persistence: 'for good: it stands in the include file of the cache; answers that are in the cache keep the time that they were given',
}

/** The include file with the `proxy_cache_valid` of the cache that this target is. */
export function validFileOf({ behind, caches }: NginxConfig): string {
  const file = behind && caches[behind.cache]?.valid
  if (!file)
    throw new EvenkeelError('not_allowed', `the include file of its proxy_cache_valid is not known: name it as \`valid\` under \`caches\``)
  return file
}

export async function readValid(config: NginxConfig, names: readonly string[]): Promise<Record<string, string>> {
  const text = await readText(validFileOf(config))
  return Object.fromEntries(names.map((name) => [name, validIn(text, name)]))
}

export const withValids = (text: string, edits: readonly Edit[]): string =>
  edits.reduce((sum, { name, value }) => withValid(sum, name, value), text)
