'use client'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { ThemeProvider } from 'next-themes'
import { NuqsAdapter } from 'nuqs/adapters/next/app'
import { type ReactNode, useState } from 'react'
import { Problem } from './api.ts'
import { LiveProvider } from './live.tsx'
import { pace } from './pace.ts'

/** The providers of a page: theme, URL state, queries (first paint comes as `initialData` from the server), live or paused. */
export function Providers({ children, nonce }: { children: ReactNode; nonce?: string }) {
  const [client] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          queries: {
            staleTime: 1_000,
            // What the server refuses for a reason is not asked again; what could not be reached is.
            retry: (failures, error) => failures < 3 && !(error instanceof Problem && error.status >= 400 && error.status < 500),
            retryDelay: (failures) => pace.retry(failures),
            refetchOnWindowFocus: true,
          },
        },
      }),
  )
  return (
    <ThemeProvider attribute="class" defaultTheme="system" enableSystem disableTransitionOnChange nonce={nonce}>
      <QueryClientProvider client={client}>
        <NuqsAdapter>
          <LiveProvider>{children}</LiveProvider>
        </NuqsAdapter>
      </QueryClientProvider>
    </ThemeProvider>
  )
}
