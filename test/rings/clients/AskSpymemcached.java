import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.util.*;
import net.spy.memcached.*;
import net.spy.memcached.util.*;

/** Answers where spymemcached sends keys; one line each: locator, then `text weight up` for each node, an empty line, then keys. */
public class AskSpymemcached {
  public static void main(String[] args) throws Exception {
    Scanner in = new Scanner(System.in, "UTF-8").useDelimiter("\0");
    String[] nodeLines = in.next().split("\n");
    String locator = nodeLines[0];
    List<MemcachedNode> nodes = new ArrayList<>();
    Map<InetSocketAddress, Integer> weights = new HashMap<>();
    boolean weighted = false;
    for (int i = 1; i < nodeLines.length; i++) {
      String[] parts = nodeLines[i].split(" ");
      int colon = parts[0].lastIndexOf(':');
      InetSocketAddress address = InetSocketAddress.createUnresolved(parts[0].substring(0, colon), Integer.parseInt(parts[0].substring(colon + 1)));
      InetSocketAddress resolved = new InetSocketAddress(parts[0].substring(0, colon), Integer.parseInt(parts[0].substring(colon + 1)));
      boolean up = parts[2].equals("up");
      if (!parts[1].equals("-")) { weights.put(resolved, Integer.parseInt(parts[1])); weighted = true; }
      nodes.add((MemcachedNode) Proxy.newProxyInstance(AskSpymemcached.class.getClassLoader(), new Class<?>[] {MemcachedNode.class}, (proxy, method, values) -> {
        switch (method.getName()) {
          case "getSocketAddress": return resolved;
          case "isActive": return up;
          case "hashCode": return System.identityHashCode(proxy);
          case "equals": return proxy == values[0];
          case "toString": return resolved.toString();
          default: return null;
        }
      }));
    }
    NodeLocator found = locator.equals("array")
        ? new ArrayModNodeLocator(nodes, DefaultHashAlgorithm.NATIVE_HASH)
        : weighted
            ? new KetamaNodeLocator(nodes, DefaultHashAlgorithm.KETAMA_HASH, weights, new DefaultKetamaNodeLocatorConfiguration())
            : new KetamaNodeLocator(nodes, DefaultHashAlgorithm.KETAMA_HASH);
    StringBuilder out = new StringBuilder();
    while (in.hasNext()) {
      String key = in.next();
      MemcachedNode node = found.getPrimary(key);
      int at = nodes.indexOf(node);
      if (!node.isActive()) {
        at = -1;
        Iterator<MemcachedNode> others = found.getSequence(key);
        while (at < 0 && others.hasNext()) { MemcachedNode next = others.next(); if (next.isActive()) at = nodes.indexOf(next); }
      }
      out.append(at).append('\n');
    }
    System.out.print(out);
  }
}
