import { z } from 'zod'
import type { AnnotationReceiver } from '../../engine/annotationPush.ts'
import { annotationTag, escapedText } from '../../exporters/grafanaAnnotation.ts'
import type { PushedAnnotation } from '../../model/annotation.ts'

const added = z.object({ id: z.number() })
const found = z.array(z.object({ id: z.number(), time: z.number().optional(), text: z.string().optional() }))
/** Of one moment there are never more. */
const TWINS_MOST = 100

/** Grafana's HTTP API of annotations, as documented: POST, PATCH, GET and DELETE /api/annotations. Redirects are not followed: they would get the token. */
export function grafanaClient({ url, token }: { url: string; token: string }): AnnotationReceiver {
  const base = new URL(url)
  const path = `${base.pathname.replace(/\/+$/, '')}/api/annotations`
  const at = (rest: string) => new URL(`${path}${rest}`, base).href

  async function ask(method: string, rest: string, signal: AbortSignal, body?: object): Promise<Response> {
    try {
      return await fetch(at(rest), {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          'content-type': 'application/json',
          'user-agent': 'Evenkeel',
        },
        ...(body && { body: JSON.stringify(body) }),
        redirect: 'manual',
        signal,
      })
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError') throw new Error('no answer in time')
      const code = (error as { cause?: { code?: unknown } }).cause?.code
      throw new Error(typeof code === 'string' && /^\w+$/.test(code) ? `no answer (${code})` : 'no answer')
    }
  }

  async function answerOf<T>(response: Response, shape: z.ZodType<T>): Promise<T> {
    if (!response.ok) {
      await response.body?.cancel()
      const why = response.status === 401 || response.status === 403 ? ': the token may not write annotations' : ''
      throw new Error(`HTTP ${response.status}${why}`)
    }
    const parsed = shape.safeParse(await response.json().catch(() => null))
    if (!parsed.success) throw new Error(`HTTP ${response.status}, and an answer that is not Grafana's`)
    return parsed.data
  }

  const bodyOf = ({ time, timeEnd, tags, text }: PushedAnnotation) => ({ time, ...(timeEnd !== undefined && { timeEnd }), tags, text })
  return {
    async find(key, signal) {
      const query = new URLSearchParams({ tags: annotationTag(key), limit: '1' })
      const [first] = await answerOf(await ask('GET', `?${query}`, signal), found)
      return first?.id ?? null
    },
    async add(annotation, signal) {
      return (await answerOf(await ask('POST', '', signal, bodyOf(annotation)), added)).id
    },
    async update(id, annotation, signal) {
      const response = await ask('PATCH', `/${id}`, signal, bodyOf(annotation))
      if (response.status === 404) {
        await response.body?.cancel()
        return false
      }
      await answerOf(response, z.unknown())
      return true
    },
    async hasTwin({ time, original = '' }, signal) {
      const query = new URLSearchParams({ from: `${time}`, to: `${time}`, limit: `${TWINS_MOST}` })
      const there = await answerOf(await ask('GET', `?${query}`, signal), found)
      return there.some((one) => one.time === time && [original, escapedText(original)].includes(one.text ?? ''))
    },
    async remove(id, signal) {
      const response = await ask('DELETE', `/${id}`, signal)
      if (response.status === 404) return response.body?.cancel()
      await answerOf(response, z.unknown())
    },
  }
}
