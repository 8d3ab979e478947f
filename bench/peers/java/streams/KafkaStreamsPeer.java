import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** Kafka Streams: a processor with a key-value store (RocksDB, changelog, cache), one thread, defaults elsewhere. */
public final class KafkaStreamsPeer {
    private static final String CUSTOMERS = "customers";
    private static final Serde<Customer> AS_JSON = Serdes.serdeFrom(
            (topic, customer) -> customer == null ? null : written(customer),
            (topic, bytes) -> bytes == null ? null : read(bytes));

    private KafkaStreamsPeer() { }

    public static void main(String[] arguments) {
        Task task = Task.fromEnvironment();
        StreamsBuilder builder = new StreamsBuilder();
        Output output = new Output(task);
        builder.stream(task.topic(), Consumed.with(Serdes.String(), Serdes.ByteArray()))
                .process(new Shops(task, output))
                .to(task.alerts(), Produced.with(Serdes.String(), Serdes.ByteArray()));
        KafkaStreams streams = new KafkaStreams(builder.build(), settings(task));
        Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
        streams.start();
    }

    private static Properties settings(Task task) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, task.group());
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, task.brokers());
        settings.put(StreamsConfig.STATE_DIR_CONFIG, task.folder().resolve("state").toString());
        settings.put("auto.offset.reset", "earliest");
        return settings;
    }

    private record Shops(Task task, Output output) implements ProcessorSupplier<String, byte[], String, byte[]> {
        @Override
        public Processor<String, byte[], String, byte[]> get() {
            return new Shop(task, output);
        }

        @Override
        public Set<StoreBuilder<?>> stores() {
            return Set.of(Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(CUSTOMERS), Serdes.String(), AS_JSON)
                    .withCachingEnabled());
        }
    }

    /** The customers of one partition. */
    private static final class Shop implements Processor<String, byte[], String, byte[]> {
        private final Task task;
        private final Output output;
        private final Map<String, Long> waiting = new HashMap<>();
        private ProcessorContext<String, byte[]> context;
        private KeyValueStore<String, Customer> customers;

        Shop(Task task, Output output) {
            this.task = task;
            this.output = output;
        }

        @Override
        public void init(ProcessorContext<String, byte[]> given) {
            context = given;
            customers = given.getStateStore(CUSTOMERS);
            try (var all = customers.all()) {
                all.forEachRemaining(each -> await(each.key, each.value));
            }
        }

        @Override
        public void process(Record<String, byte[]> record) {
            Event event = Event.decode(record.value());
            if (event.tick()) {
                tick(event.tickMs(), record);
            } else {
                take(event, record);
            }
        }

        private void tick(long atMs, Record<String, byte[]> record) {
            waiting.entrySet().stream().filter(each -> each.getValue() < atMs).map(Map.Entry::getKey).toList().forEach(name -> {
                Customer customer = customers.get(name);
                tell(name, customer, record);
                customers.put(name, customer);
            });
            output.ticked(context.taskId().partition(), atMs);
        }

        private void take(Event event, Record<String, byte[]> record) {
            String name = event.customerId;
            Customer known = customers.get(name);
            Customer customer = known == null ? new Customer() : known;
            if (customer.seen.contains(event.eventId)) {
                return;
            }
            long atMs = event.occurredMs();
            if (customer.abandonedBefore(atMs, task.idleMs())) {
                tell(name, customer, record);
            }
            customer.take(event, atMs);
            customers.put(name, customer);
            await(name, customer);
            output.event(event, atMs, customer.beganMs);
        }

        private void await(String name, Customer customer) {
            if (customer.silenceIsTrouble()) {
                waiting.put(name, customer.lastMs + task.idleMs());
            } else {
                waiting.remove(name);
            }
        }

        private void tell(String name, Customer customer, Record<String, byte[]> record) {
            waiting.remove(name);
            Alert alert = customer.tell(name, task.idleMs());
            output.alert(alert);
            context.forward(record.withKey(name).withValue(alert.encoded()));
        }
    }

    private static byte[] written(Customer customer) {
        try {
            return Event.JSON.writeValueAsBytes(customer);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    private static Customer read(byte[] bytes) {
        try {
            return Event.JSON.readValue(bytes, Customer.class);
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }
}
