import { z } from 'zod'
import { secret, url } from '../model/marks.ts'

const web = () => z.url({ protocol: /^https?$/, error: 'an http(s) address' })

/** The address of a chat's hook: its path is its password, so all of it is secret. */
export const hook = secret(web())

/** An address that may be shown: what is secret is a token beside it, or user and password in it. */
export const address = url(web())

/** A token, a key, a password. */
export const token = secret(z.string().regex(/^[\x21-\x7e]+$/, 'a text of ASCII without spaces'))
