import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { expect, test } from 'vitest'

const script = readFileSync(join(import.meta.dirname, '../public/sw.js'), 'utf8')
const ORIGIN = 'https://keel.example'

/** The service worker with a browser around it that keeps what it was asked for. */
function start(pages: { url: string; navigate?: () => Promise<void> }[] = []) {
  const asked: unknown[][] = []
  const listeners: Record<string, (event: object) => void> = {}
  const clients = pages.map((page) => ({
    focus: async () => void asked.push(['focus', page.url]),
    navigate: async (url: string) => (page.navigate ? page.navigate() : void asked.push(['navigate', url])),
    ...page,
    ...(page.navigate && { navigate: page.navigate }),
  }))
  const self = {
    location: { origin: ORIGIN },
    registration: { showNotification: async (...args: unknown[]) => void asked.push(['show', ...args]) },
    clients: { matchAll: async () => clients, openWindow: async (url: string) => void asked.push(['open', url]) },
    addEventListener: (type: string, listener: (event: object) => void) => {
      listeners[type] = listener
    },
  }
  runInContext(script, createContext({ self, URL }))
  const happen = async (type: string, event: object) => {
    const waits: Promise<unknown>[] = []
    listeners[type]!({ ...event, waitUntil: (promise: Promise<unknown>) => void waits.push(promise) })
    await Promise.all(waits)
    return asked
  }
  return {
    push: (data?: unknown) => happen('push', { data: data === undefined ? null : { json: () => data } }),
    click: (path?: string) => happen('notificationclick', { notification: { close: () => void asked.push(['close']), data: path === undefined ? null : { path } } }), // biome-ignore format: one line
  }
}

test('a push is shown as text, by its tag, and remembers its finding', async () => {
  const shown = { title: 'Firing: cache/hot-key', body: '<b>x</b> takes 31 %', path: '/findings/f0', tag: 'd1' }
  expect(await start().push(shown)).toEqual([
    ['show', shown.title, { body: shown.body, tag: 'd1', icon: '/icon.svg', data: { path: '/findings/f0' } }],
  ])
})

test('a push without anything in it is shown all the same: browsers take the right to push from who shows nothing', async () => {
  expect(await start().push()).toMatchObject([['show', 'Evenkeel', { data: { path: '/alerts' } }]])
})

test('a click opens the finding: in a page that is open, else in a new one', async () => {
  expect(await start().click('/findings/f0')).toEqual([['close'], ['open', `${ORIGIN}/findings/f0`]])
  const open = [{ url: 'https://other.example/' }, { url: `${ORIGIN}/alerts` }]
  expect(await start(open).click('/findings/f0')).toEqual([['close'], ['focus', open[1]!.url], ['navigate', `${ORIGIN}/findings/f0`]])
})

test('a page that the worker may not steer is left, and a new one opened', async () => {
  const page = { url: `${ORIGIN}/`, navigate: () => Promise.reject(new TypeError('not controlled')) }
  expect(await start([page]).click('/findings/f0')).toEqual([['close'], ['focus', page.url], ['open', `${ORIGIN}/findings/f0`]])
})

test.each(['https://evil.example/', '//evil.example/x', 'javascript:alert(1)'])('never opens %s', async (path) => {
  expect(await start().click(path)).toEqual([['close'], ['open', ORIGIN]])
})
