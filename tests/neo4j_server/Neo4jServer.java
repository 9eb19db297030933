import java.nio.file.Path;
import java.util.Map;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.connectors.ConnectorPortRegister;
import org.neo4j.configuration.connectors.ConnectorType;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import org.neo4j.io.ByteUnit;
import org.neo4j.kernel.internal.GraphDatabaseAPI;

/**
 * A Neo4j server on loopback for the tests: `java -cp 'LIB/*' Neo4jServer.java HOME [PORT]`.
 *
 * It keeps its data in the folder HOME, prints `bolt://127.0.0.1:PORT` (a free one unless it is given) when it is
 * ready, and stops at the end of its standard input, so that it never outlives the process that started it. It asks
 * nobody who they are, unless the variable NEW_PASSWORD gives its user `neo4j` a password.
 */
public class Neo4jServer {
    public static void main(String[] arguments) throws Exception {
        String password = System.getenv("NEW_PASSWORD");
        int wanted = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 0;
        var service = new DatabaseManagementServiceBuilder(Path.of(arguments[0]))
                .setConfig(BoltConnector.enabled, true)
                .setConfig(BoltConnector.listen_address, new SocketAddress("127.0.0.1", wanted))
                .setConfig(GraphDatabaseSettings.auth_enabled, password != null)
                .setConfig(GraphDatabaseSettings.pagecache_memory, ByteUnit.mebiBytes(Long.getLong("pagecache.mib", 512)))
                .build();
        if (password != null) {
            service.database("system").executeTransactionally(
                    "ALTER USER neo4j SET PASSWORD $password CHANGE NOT REQUIRED", Map.of("password", password));
        }
        var ports = ((GraphDatabaseAPI) service.database("neo4j"))
                .getDependencyResolver()
                .resolveDependency(ConnectorPortRegister.class);
        System.out.println("bolt://127.0.0.1:" + ports.getLocalAddress(ConnectorType.BOLT).getPort());
        System.out.flush();
        while (System.in.read() != -1) {
        }
        service.shutdown();
    }
}
