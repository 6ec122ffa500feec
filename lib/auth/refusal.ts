import type { EvenkeelError } from '../model/error.ts'
import { problemOf } from '../model/problem.ts'

const STYLE = `
  :root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif }
  main { max-width: 26rem; margin: 20vh auto 0; padding: 0 1.5rem }
  h1 { display: flex; gap: .5rem; align-items: center; font-size: 1.25rem }
  p { overflow-wrap: anywhere }`

/**
 * The page for somebody who may not come in: says what is missing. It stands alone, without a script or a part of the runtime: Next
 * would answer 200 to it. `again` is the path that tries once more.
 */
export function refusalPage(error: EvenkeelError, again: string, headers: Record<string, string>): Response {
  const { status, title, detail } = problemOf(error)
  const html = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title} · Evenkeel</title><style>${STYLE}</style>
<main><h1><img src="/icon.svg" alt="" width="24" height="24"> Evenkeel</h1><h2>${title}</h2><p role="alert">${escaped(detail)}</p><p><a href="${escaped(again)}">Try again</a></p></main>
</html>`
  return new Response(html, {
    // 401 would have the browser ask for a password that there is not.
    status: status === 401 ? 403 : status,
    headers: { ...headers, 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  })
}

const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
