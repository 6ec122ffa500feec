/** @type {import('next').NextConfig} */
export default {
  output: 'standalone',
  // A lock file in a folder above would otherwise be taken for the root, and the standalone server would land elsewhere.
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  poweredByHeader: false,
  // Servers' clients are CommonJS with optional requires: left to Node.
  serverExternalPackages: ['ioredis', 'pino', 'prom-client'],
  experimental: { optimizePackageImports: ['lucide-react', 'radix-ui', 'recharts'] },
}
