import { GeistMono } from 'geist/font/mono'
import { GeistSans } from 'geist/font/sans'
import type { Metadata, Viewport } from 'next'
import { headers } from 'next/headers'
import type { ReactNode } from 'react'
import { Providers } from '@/components/frame/Providers.tsx'
import { Shell } from '@/components/frame/Shell.tsx'
import { calls } from '@/lib/server/once.ts'
import { runtime } from '@/lib/server/runtime.ts'
import { person } from './visit.ts'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Evenkeel', template: '%s · Evenkeel' },
  description: 'The control room for caches and load balancers.',
  icons: { icon: '/icon.svg' },
  referrer: 'no-referrer',
}
export const viewport: Viewport = { width: 'device-width', initialScale: 1 }

/** Every page: fonts, theme, the frame. Who is not signed in sees the page alone: proxy.ts has decided already which. */
export default async function Layout({ children }: { children: ReactNode }) {
  const [sent, somebody, { getFrame }] = await Promise.all([headers(), person(), calls()])
  return (
    <html lang="en" className={`${GeistSans.variable} ${GeistMono.variable}`} suppressHydrationWarning>
      <body>
        <Providers nonce={sent.get('x-nonce') ?? undefined}>
          {somebody ? <Shell initialFrame={getFrame(runtime(), somebody)}>{children}</Shell> : children}
        </Providers>
      </body>
    </html>
  )
}
