import { Go, linkLook } from '@/components/frame/Go.tsx'
import { Empty } from '@/components/ui/empty.tsx'

export default function Forbidden() {
  return (
    <Empty title="This page needs another role">
      An admin gives roles, under Settings.{' '}
      <Go href="/" className={linkLook}>
        To the overview
      </Go>
    </Empty>
  )
}
