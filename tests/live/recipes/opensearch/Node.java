// One OpenSearch node on 127.0.0.1: plain HTTP, no credentials, roles that a test needs. usage: Node FOLDER HTTP_PORT TRANSPORT_PORT
// SPDX-License-Identifier: Apache-2.0
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.codelibs.opensearch.runner.OpenSearchRunner;

public final class Node {
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]).toAbsolutePath();
        Files.createDirectories(folder);
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((number, settings) -> {
            settings.put("network.host", "127.0.0.1");
            settings.put("http.port", arguments[1]);  // the runner would count ports up by itself
            settings.put("transport.port", arguments[2]);
            settings.put("discovery.type", "single-node");
            settings.put("node.name", "test-1");
            settings.put("path.data", folder.resolve("data").toString());
            settings.put("path.logs", folder.resolve("logs").toString());
            settings.putList("node.roles", "cluster_manager", "data", "ingest");
            // never read-only because something else has filled the disk
            settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
            settings.put("action.auto_create_index", true);
        });
        CountDownLatch stop = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                runner.close();
            } catch (Exception e) {
                System.err.println("close: " + e);
            }
            stop.countDown();
        }));
        runner.build(OpenSearchRunner.newConfigs().basePath(folder.toString()).numOfNode(1).clusterName("inquest-test").useLogger());
        stop.await();
    }
}
