import { randomBytes } from 'node:crypto'
import { NextResponse } from 'next/server'
import { pageHeaders } from './lib/auth/headers.ts'
import { ownPath } from './lib/auth/ownPath.ts'
import { refusalPage } from './lib/auth/refusal.ts'
import { EvenkeelError } from './lib/model/error.ts'
import { problemResponse } from './lib/server/http/problem.ts'
import { calls } from './lib/server/once.ts'
import { currentRuntime, settledRuntime } from './lib/server/runtime.ts'

/** Every page comes through here; the API's own gate asks the same door (Next would buffer its bodies and streams here). */
export const config = { matcher: [{ source: '/((?!api/|v3/|healthz$|readyz$|metrics$|_next/static/).*)' }] }

/** The way in, and the files that a browser asks for beside a page. Each page asks for its own role once more (app/visit.ts). */
const PUBLIC = /^\/(sign-in(\/.*)?|favicon\.ico|icon\.svg|icon|apple-icon|robots\.txt|manifest\.webmanifest|sw\.js)$/

export async function proxy(request: Request): Promise<Response> {
  const nonce = randomBytes(16).toString('base64url')
  const security = pageHeaders(nonce, process.env.NODE_ENV === 'development')
  const response = await answer(request, nonce, security)
  // Refusals and redirects too: whatever a browser shows of them is no more than text.
  for (const [name, value] of Object.entries(security)) response.headers.set(name, value)
  return response
}

async function answer(request: Request, nonce: string, security: Record<string, string>): Promise<Response> {
  const url = new URL(request.url)
  let arriving = true
  try {
    const arrival = request.method === 'GET' ? await arrive(request, url) : null
    if (arrival) return arrival
    arriving = false
    // Each page sends on whoever has yet to set up a second factor.
    await (await settledRuntime()).auth.enter(request, PUBLIC.test(url.pathname) ? 'public' : 'viewer', { ownAccount: true })
  } catch (error) {
    const at = currentRuntime()
    // Whoever has not signed in yet is sent to do so: that is no refusal. A sign-in that failed is recorded as one.
    if (at && !arriving && !(error instanceof EvenkeelError && error.code === 'unauthenticated'))
      await (await calls()).recordFailed(at, request, { operation: `${request.method} a page`, params: { path: url.pathname } }, error)
    if (!(error instanceof EvenkeelError) || !/^(GET|HEAD)$/.test(request.method)) return problemResponse(error)
    const mode = at?.auth.mode
    if (mode === 'proxy') return refusalPage(error, '/', security)
    // The issuer would send back at once the same person, whom we have just refused.
    if (mode === 'oidc' && error.code === 'forbidden') return refusalPage(error, '/sign-in/start?anew', security)
    if (mode === 'oidc' && error.code !== 'unauthenticated') return refusalPage(error, '/sign-in', security)
    if (error.code !== 'unauthenticated') return problemResponse(error)
    const next = `${url.pathname}${url.search}`
    return redirect(request, `/sign-in${next === '/' ? '' : `?next=${encodeURIComponent(next)}`}`, 307)
  }
  // Next puts the nonce of the request's policy on its own scripts.
  const headers = new Headers(request.headers)
  headers.set('x-nonce', nonce)
  headers.set('content-security-policy', security['content-security-policy']!)
  return NextResponse.next({ request: { headers } })
}

/** A browser on its way to an issuer, or back from it. Null for every other request. */
async function arrive(request: Request, url: URL): Promise<Response | null> {
  const { auth } = await settledRuntime()
  if (auth.oidc && url.pathname === '/sign-in/start') {
    const { location, cookies } = await auth.oidc.begin(ownPath(url.searchParams.get('next')), url.searchParams.has('anew'))
    return redirect(request, location, 303, cookies)
  }
  if (auth.oidc && url.pathname === '/sign-in/callback') {
    const { location, cookies } = await auth.oidc.finish(url.search, request.headers)
    return redirect(request, location, 303, cookies)
  }
  return null
}

/** Next wants a whole address here and makes a path of it again where it is our own. */
function redirect(request: Request, to: string, status: number, cookies: string[] = []): Response {
  const headers = new Headers({ location: new URL(to, request.url).href, 'cache-control': 'no-store' })
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return new Response(null, { status, headers })
}
