import { NextResponse } from 'next/server'
import { EvenkeelError } from './lib/model/error.ts'
import { pageHeaders } from './lib/server/doors/headers.ts'
import { refusalPage } from './lib/server/doors/refusal.ts'
import { currentHouse, house } from './lib/server/house.ts'
import { problemResponse } from './lib/server/http/problem.ts'

/** Every page comes through here; the API's own gate asks the same door (Next would buffer its bodies and streams here). */
export const config = { matcher: [{ source: '/((?!api/|v3/|healthz$|readyz$|metrics$|_next/static/).*)' }] }

export async function proxy(request: Request): Promise<Response> {
  const url = new URL(request.url)
  const nonce = crypto.randomUUID().replaceAll('-', '')
  const security = pageHeaders(nonce, process.env.NODE_ENV === 'development')
  const welcome = await redeem(request, url)
  if (welcome) return welcome
  try {
    await house().doors.enter({ method: request.method, path: url.pathname, headers: request.headers })
  } catch (error) {
    if (!(error instanceof EvenkeelError) || !/^(GET|HEAD)$/.test(request.method)) return problemResponse(error)
    if (currentHouse()?.doors.mode === 'proxy') return refusalPage(error, '/', security)
    if (error.code !== 'unauthenticated') return problemResponse(error)
    const next = `${url.pathname}${url.search}`
    return redirect(request, `/sign-in${next === '/' ? '' : `?next=${encodeURIComponent(next)}`}`, 307)
  }
  // Next puts the nonce of the request's policy on its own scripts.
  const headers = new Headers(request.headers)
  headers.set('x-nonce', nonce)
  headers.set('content-security-policy', security['content-security-policy']!)
  const response = NextResponse.next({ request: { headers } })
  for (const [name, value] of Object.entries(security)) response.headers.set(name, value)
  return response
}

/** Programs that look at links before people do must not use them up. */
const LOOKS_AHEAD = /bot|crawl|preview|unfurl|slack|facebook|whatsapp|telegram|skype|teams/i

/** A followed sign-in link: in, with a session, or null when there is no code or it is spent. */
async function redeem(request: Request, url: URL): Promise<Response | null> {
  const code = url.pathname === '/sign-in' ? url.searchParams.get('code') : null
  if (!code || request.method !== 'GET' || LOOKS_AHEAD.test(request.headers.get('user-agent') ?? '')) return null
  const entered = await house()
    .doors.signIn({ code })
    .catch(() => null)
  return entered && redirect(request, '/', 303, { 'set-cookie': entered.cookie })
}

/** Next wants a whole address here and makes a path of it again where it is our own. */
function redirect(request: Request, to: string, status: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers: { location: new URL(to, request.url).href, 'cache-control': 'no-store', ...headers } })
}
