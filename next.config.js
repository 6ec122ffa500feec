/** @type {import('next').NextConfig} */
export default {
  output: 'standalone',
  // A lock file in a folder above would otherwise be taken for the root, and the standalone server would land elsewhere.
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  poweredByHeader: false,
  // Servers' clients are CommonJS with optional requires: left to Node.
  serverExternalPackages: ['ioredis', 'pino', 'prom-client'],
  // `forbidden()` answers 403 with app/forbidden.tsx: without it a page that may not be seen could only answer 200 or 500.
  experimental: { authInterrupts: true, optimizePackageImports: ['lucide-react', 'radix-ui', 'recharts'] },
}
