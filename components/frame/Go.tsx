'use client'
import Link from 'next/link'
import { useRouter, useSearchParams } from 'next/navigation'
import { type ComponentProps, useCallback } from 'react'

/** The query parameters that links between pages keep: the time range and the scope. */
const CARRIED = ['span', 'from', 'to', 'compare', 'scope'] as const

/** `href` with what the page's URL carries along. Pure. */
export function carry(href: string, from: { get(name: string): string | null }): string {
  const [rest = '', hash] = href.split('#')
  const [path, search] = rest.split('?')
  const query = new URLSearchParams(search)
  for (const name of CARRIED) {
    const value = from.get(name)
    if (value !== null && !query.has(name)) query.set(name, value)
  }
  const text = query.toString()
  return `${path}${text ? `?${text}` : ''}${hash ? `#${hash}` : ''}`
}

/** A link to another page of Evenkeel: keeps the time range and the scope. */
export function Go({ href, prefetch = false, ...rest }: Omit<ComponentProps<typeof Link>, 'href'> & { href: string }) {
  const search = useSearchParams()
  return <Link href={carry(href, search)} prefetch={prefetch} {...rest} />
}

/** The same for code: `const go = useGo(); go('/pools')`. */
export function useGo(): (href: string) => void {
  const router = useRouter()
  const search = useSearchParams()
  return useCallback((href: string) => router.push(carry(href, search), { scroll: !href.includes('#') }), [router, search])
}

/** The look of a link in running text or a table. */
export const linkLook = 'text-text underline decoration-line-strong underline-offset-2 hover:text-accent hover:decoration-accent'

/** The look of a link that opens what its whole row opens: underlined while the pointer is on the row. */
export const rowLinkLook =
  'text-text decoration-line-strong underline-offset-2 group-hover:underline hover:text-accent hover:decoration-accent'
