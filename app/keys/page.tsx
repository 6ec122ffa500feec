import { KeysPage } from '@/components/keys/KeysPage.tsx'
import { scopeOf } from '../scope.ts'
import { visit } from '../visit.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Keys' }

export default async function Page({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const { runtime, calls } = await visit('viewer')
  const scope = await scopeOf(searchParams)
  const asked = { q: scope }
  const targets = await calls.listTargets(runtime)
  return (
    <KeysPage
      hot={{ scope, page: calls.hotKeys(runtime, asked) }}
      big={{ scope, page: calls.bigKeys(runtime, asked) }}
      patterns={{ scope, page: calls.keyPatterns(runtime, asked) }}
      targets={targets}
    />
  )
}
