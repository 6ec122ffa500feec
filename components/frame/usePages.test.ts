import { InfiniteQueryObserver, QueryClient } from '@tanstack/react-query'
import { afterEach, expect, test, vi } from 'vitest'
import { page } from '@/lib/server/http/paging.ts'
import { pagesQuery } from './usePages.ts'

afterEach(() => vi.unstubAllGlobals())

test('a list of 250 is reached entirely, and its filter goes along to every page', async () => {
  const names = Array.from({ length: 250 }, (_, i) => `cache-${String(i).padStart(3, '0')}`)
  const asked: string[] = []
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url)
    const cursor = new URL(url, 'http://h').searchParams.get('cursor') ?? undefined
    return new Response(JSON.stringify(page(names, String, { cursor })))
  })
  const client = new QueryClient()
  const list = new InfiniteQueryObserver(client, pagesQuery<string>(['pools'], 'pools', { target: 'edge' }))
  let result = await list.fetchNextPage()
  expect(result.data!.pages[0]).toMatchObject({ total: 250 })
  while (result.hasNextPage) result = await list.fetchNextPage()
  expect(result.data!.pages.flatMap(({ items }) => items)).toEqual(names)
  expect(asked).toHaveLength(3)
  expect(asked.every((url) => url.includes('target=edge'))).toBe(true)
})
