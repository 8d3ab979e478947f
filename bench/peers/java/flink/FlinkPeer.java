import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.serialization.AbstractDeserializationSchema;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Flink in a local cluster: keyed state, event-time timers, watermarks from the ticks, a checkpoint every five seconds. */
public final class FlinkPeer {
    private FlinkPeer() { }

    public static void main(String[] arguments) throws Exception {
        Task task = Task.fromEnvironment();
        StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment(settings(task));
        flink.setParallelism(1);
        flink.enableCheckpointing(5_000);
        flink.getConfig().enableObjectReuse();
        flink.fromSource(source(task), WatermarkStrategy.forGenerator(context -> new Ticks()), "events")
                .keyBy(event -> event.customerId)
                .process(new Shop(task.idleMs(), task.marks()))
                .sinkTo(sink(task));
        flink.execute(task.group());
    }

    private static Configuration settings(Task task) throws java.io.IOException {
        Configuration settings = new Configuration();
        Path checkpoints = task.folder().resolve("checkpoints");
        settings.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
        newest(checkpoints).ifPresent(path -> settings.set(StateRecoveryOptions.SAVEPOINT_PATH, path.toUri().toString()));
        return settings;
    }

    /** The last whole checkpoint of an earlier run. */
    private static Optional<Path> newest(Path checkpoints) throws java.io.IOException {
        if (!Files.isDirectory(checkpoints)) {
            return Optional.empty();
        }
        try (var files = Files.walk(checkpoints)) {
            return files.filter(file -> file.endsWith("_metadata"))
                    .max(Comparator.comparingLong(file -> file.toFile().lastModified()))
                    .map(Path::getParent);
        }
    }

    private static KafkaSource<Event> source(Task task) {
        return KafkaSource.<Event>builder()
                .setBootstrapServers(task.brokers())
                .setTopics(task.topic())
                .setGroupId(task.group())
                .setStartingOffsets(OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST))
                .setValueOnlyDeserializer(new AbstractDeserializationSchema<Event>(Event.class) {
                    @Override
                    public Event deserialize(byte[] value) {
                        return Event.decode(value);
                    }
                })
                .build();
    }

    private static KafkaSink<Alert> sink(Task task) {
        return KafkaSink.<Alert>builder()
                .setBootstrapServers(task.brokers())
                .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                .setRecordSerializer(new AlertAsRecord(task.alerts()))
                .build();
    }

    private record AlertAsRecord(String topic) implements KafkaRecordSerializationSchema<Alert> {
        @Override
        public ProducerRecord<byte[], byte[]> serialize(Alert alert, KafkaSinkContext context, Long timestamp) {
            return new ProducerRecord<>(topic, alert.customerId().getBytes(StandardCharsets.UTF_8), alert.encoded());
        }
    }

    /** A tick says that everything of its partition before it has come. */
    private static final class Ticks implements WatermarkGenerator<Event> {
        @Override
        public void onEvent(Event event, long timestamp, WatermarkOutput output) {
            if (event.tick()) {
                output.emitWatermark(new Watermark(event.tickMs() - 1));
            }
        }

        @Override
        public void onPeriodicEmit(WatermarkOutput output) { }
    }

    private static final class Shop extends KeyedProcessFunction<String, Event, Alert> {
        private final long idleMs;
        private final long[] marks;
        private transient Output output;
        private transient ValueState<Customer> customers;

        Shop(long idleMs, long[] marks) {
            this.idleMs = idleMs;
            this.marks = marks;
        }

        @Override
        public void open(OpenContext context) {
            output = new Output(Task.fromEnvironment());
            customers = getRuntimeContext().getState(new ValueStateDescriptor<>("customer", Customer.class));
        }

        @Override
        public void processElement(Event event, Context context, Collector<Alert> alerts) throws Exception {
            if (event.tick()) {
                for (long mark : marks) {
                    context.timerService().registerEventTimeTimer(mark - 1);
                }
                return;
            }
            Customer known = customers.value();
            Customer customer = known == null ? new Customer() : known;
            if (customer.seen.contains(event.eventId)) {
                return;
            }
            long atMs = event.occurredMs();
            if (customer.abandonedBefore(atMs, idleMs)) {
                tell(context, customer, alerts);
            }
            if (customer.silenceIsTrouble()) {
                context.timerService().deleteEventTimeTimer(customer.lastMs + idleMs);
            }
            customer.take(event, atMs);
            if (customer.silenceIsTrouble()) {
                context.timerService().registerEventTimeTimer(atMs + idleMs);
            }
            customers.update(customer);
            output.event(event, atMs, customer.beganMs);
        }

        @Override
        public void onTimer(long atMs, OnTimerContext context, Collector<Alert> alerts) throws Exception {
            Customer customer = customers.value();
            if (customer == null) {
                output.allThrough(atMs + 1);
            } else if (customer.silenceIsTrouble()) {
                tell(context, customer, alerts);
                customers.update(customer);
            }
        }

        private void tell(Context context, Customer customer, Collector<Alert> alerts) {
            context.timerService().deleteEventTimeTimer(customer.lastMs + idleMs);
            Alert alert = customer.tell(context.getCurrentKey(), idleMs);
            output.alert(alert);
            alerts.collect(alert);
        }
    }
}
