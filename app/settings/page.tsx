import { stringify } from 'yaml'
import { SettingsPage } from '@/components/settings/SettingsPage.tsx'
import { getConfig } from '@/lib/server/configuration.ts'
import { getFrame } from '@/lib/server/frame.ts'
import { house } from '@/lib/server/house.ts'
import { listRules } from '@/lib/server/rules.ts'
import { person } from '../person.ts'

export const dynamic = 'force-dynamic'
export const metadata = { title: 'Settings' }

export default async function Page() {
  const { config, warnings } = getConfig(house())
  return (
    <SettingsPage
      rules={listRules(house(), { limit: 1_000 })}
      config={stringify(config)}
      warnings={warnings}
      frame={getFrame(house(), await person())}
    />
  )
}
